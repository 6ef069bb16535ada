"""The real programs and the tools that tests lean on."""
