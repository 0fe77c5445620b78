addr 2001:db8:71::10
ms 1
