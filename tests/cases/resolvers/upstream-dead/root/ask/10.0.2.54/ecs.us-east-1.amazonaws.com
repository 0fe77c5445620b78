error TIME 0 as in the field
try 10.0.2.54 TIME 0 1500 -
ms 1500
