"""When something is due: every so often, or by a cron expression in a time zone. Pure."""
