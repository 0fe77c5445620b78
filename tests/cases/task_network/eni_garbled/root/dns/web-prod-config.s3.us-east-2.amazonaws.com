ms 3
addr 198.51.100.14
try 10.0.0.2 NONE 0 3
