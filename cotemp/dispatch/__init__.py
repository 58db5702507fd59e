"""From "this inbox changed" to a filed run: one queue per session, several sessions at once.

switchboard   the sessions of one process, their claims and their queues
queue         one session's DOs in order: inbox and gate, then held
claim         one rename, so that of all who try one wins
execution     decide (situation), then refuse, hold or run (workplace), in an order that survives a crash
ending        judge, apply, hold or drop what a run changed; deliver its answers; write its outcome
closing       its logs and artifacts are filed; clean: without secrets
recovery      after a crash: every DO is put where it belongs
"""
