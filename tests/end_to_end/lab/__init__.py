"""A small world on loopback for the end-to-end tests, the benchmarks and the quickstart: private DNS servers, private
receivers of every kind, senders of Frame Streams, and the agent itself. No root, no fixed port, and every file in a folder
that the caller gives. What the quickstart uses needs Python's standard library alone."""
