addr 203.0.113.10
try 10.0.2.54 NONE 2 3 A
ms 3
