ms 0
addr 203.0.113.10
try 10.0.0.2 NONE 0 0
