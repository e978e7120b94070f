"""RTP and its codecs' payloads without any I/O: datagrams in, encoded packets and pictures out."""
