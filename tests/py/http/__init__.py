"""What front ends and agents send over HTTP, through the real PostgREST."""
