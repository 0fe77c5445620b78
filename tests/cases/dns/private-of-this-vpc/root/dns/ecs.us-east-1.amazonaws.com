addr 10.77.0.5
try 10.0.0.2 NONE 0 2
ms 2
