error DNS 0 no such name
try 10.0.0.2 NONE 3 2
