"""Hostile DOs and a hostile home, against the whole product: dropped, watched, run, told.

What was tried, and where. A test of a wall shows that the same act works where the wall is not.

files
  outside, links, .., /proc/self/root     sandbox/test_walls.py::test_nothing_outside_is_written
  remount, bind, namespaces, chroot       sandbox/test_walls.py::test_mounts_stay_as_they_are
  .bashrc, autostart, settings, runs      attacks/test_reach.py::test_writes
  shells in shells, programs of its own   attacks/test_reach.py::test_however_it_is_started
  two DOs that split a write              attacks/test_layers.py::test_two_that_split_a_write
                                          attacks/test_layers.py::test_a_folder_that_becomes_a_link
  kernel settings, groups, devices        attacks/test_machine.py::test_nothing_of_the_machine_can_be_set
  repo.path = $HOME, /, keys, our own     attacks/test_repo.py::test_a_repo_that_is_none
                                          attacks/test_repo.py::test_the_disk_and_the_home
processes and limits
  setsid, double fork, deaf to signals    sandbox/test_walls.py::test_nothing_outlives_the_run
                                          sandbox/test_walls.py::test_they_would_outlive_their_parent
  the enforcer is killed
    sandbox/test_walls.py::test_killing_a_part_of_the_machinery_ends_all_that_is_behind_the_walls
  fork bomb                               sandbox/test_limits.py::test_a_fork_bomb_is_stopped
  memory bomb                             sandbox/test_limits.py::test_memory_is_limited_where_it_can_be
  10 GB file                              sandbox/test_limits.py::test_a_file_has_a_largest_size
  artifacts without end                   attacks/test_remains.py::test_folders_without_end
                                          attacks/test_remains.py::test_too_much
reading and connecting
  TCP, UDP, IPv6, MPTCP, raw, unix, DNS   sandbox/test_walls.py::test_nothing_is_reached_over_a_socket
  ~/.ssh, inboxes, state, policy, .env    sandbox/test_walls.py::test_nothing_private_is_read
                                          attacks/test_reach.py::test_reads
  /proc/*/environ, signals                sandbox/test_walls.py::test_other_processes_are_not_seen
  keys behind artifacts that are links    attacks/test_remains.py::test_traps
what it leaves in the repo
  .git/hooks, .git/config, .git swapped   attacks/test_layers.py::test_git_is_out_of_reach
                                          transaction/test_hostile.py::test_git_is_not_turned
  FIFO, setuid, nested .git, depth        attacks/test_layers.py::test_hostile_layer
  device nodes                            transaction/test_hostile.py::test_device
  symlinked parents                       transaction/test_hostile.py::test_link_under_our_feet
                                          transaction/test_hostile.py::test_link_that_comes_later
  folders and git's files that it shuts   attacks/test_shut.py::test_what_is_shut_stops_nobody
                                          attacks/test_shut.py::test_a_repo_that_cannot_be_laid_out
the check and the records
  a header that closes early, keys twice  messages/test_header.py::test_everything_that_is_wrong_is_said_at_once
  edited, replaced or linked while held   dispatch/test_deciding.py::test_what_was_changed_after_the_check_never_runs
  the same between check and start        attacks/test_records.py::test_what_was_checked_is_what_runs
  forged approval, ledger line, log       attacks/test_records.py::test_forgeries
                                          store/test_chain.py::test_an_edit_is_found
  escape sequences, UTF-7 before the yes  cli/test_approving.py::test_no_byte_of_a_script_can_hide
whose rights
  a child asks for more than its parent   dispatch/test_answers.py::test_a_child_gets_at_most_what_its_parent_had
  a run approves, grants, trusts, undoes  attacks/test_reach.py::test_decisions
                                          cli/test_approving.py::test_a_run_cannot_approve
  planted agents.toml, common/*.ps1       attacks/test_home.py::test_what_is_planted_in_the_home_decides_nothing
  planted panel records                   test_panels.py::test_paths_in_records_are_not_believed
                                          test_panels.py::test_no_panel_takes_the_name_of_a_session
  planted owner.json                      store/test_owner.py::test_a_damaged_record_is_not_guessed_at
  planted files that name a run           attacks/test_home.py::test_a_file_that_names_a_run_takes_nothing_away
secrets
  split, in colours, base64, escaped      dispatch/test_secrets.py::test_printed_secrets_reach_no_disk
  in a file name, in an exception         dispatch/test_secrets.py::test_artifacts_and_exceptions_hold_none
"""
