"""The supervisor with real terminals, real programs and real processes that are killed."""
