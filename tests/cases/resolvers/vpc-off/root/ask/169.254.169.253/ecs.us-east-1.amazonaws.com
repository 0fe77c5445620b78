error TIME 0 as in the field
try 169.254.169.253 TIME 0 1500 -
ms 1500
