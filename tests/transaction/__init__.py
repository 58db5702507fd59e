"""Transactions: what a DO writes is applied whole, dropped, held or refused, and can be taken back."""
