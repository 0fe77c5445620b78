error DNS 0 as in the field
try 10.0.2.54 NONE 5 3 -
ms 3
