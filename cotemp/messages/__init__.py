"""The messages themselves: frozen data and the texts they are read from. No file, no clock, no process."""
