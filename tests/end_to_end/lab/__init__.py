"""A small world on loopback for the end-to-end tests and the quickstart: a private BIND, a private rsyslog, a TCP
receiver, senders of Frame Streams, and the agent itself. Standard library only; no root, no fixed port, and every file
in a folder that the caller gives."""
