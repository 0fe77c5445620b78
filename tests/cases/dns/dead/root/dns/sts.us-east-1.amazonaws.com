error TIME 0 no answer
try 10.0.0.2 TIME 0 2000
