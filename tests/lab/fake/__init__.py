"""Fakes of what a container instance talks to: IMDS, AWS, DNS, NTP, the
agent's introspection port, Docker's socket.  One spec (fake.spec) describes
the world; a fault is a word in the spec, never an edit of the code."""
