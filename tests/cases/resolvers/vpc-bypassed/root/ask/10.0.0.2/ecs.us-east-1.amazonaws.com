addr 10.0.1.110
try 10.0.0.2 NONE 0 2 A,AAAA
ms 2
