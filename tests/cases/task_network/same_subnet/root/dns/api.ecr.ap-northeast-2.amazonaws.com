ms 4
addr 203.0.113.15
try 10.0.0.2 NONE 0 4
