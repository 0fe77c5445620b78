error REFUSED 0 as in the field
try 10.0.2.54 REFUSED 0 1 -
ms 1
