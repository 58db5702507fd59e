"""What the supervisor decides about agents, told in stories: `stories.py` plays them, `happenings.py` is what can be.

Every behaviour that the two documents on launching and orchestration name, and where it is held.

the launch system
  one file says what should run                test_asking.py::test_plan_shows_what_up_does
  config and state apart, state survives       test_crashes.py::test_killed_at_every_point
  loop: the phase machine                      test_phases.py::test_done_moves_both_loops_to_the_next_phase
  persistent: resumed                          test_healing.py::test_a_program_that_died_comes_back
  persistent: woken                            test_time.py::test_an_hourly_wake
  task: one-shot, by its wake                  test_time.py::test_a_task_by_its_wake
  task: dispatched                             test_time.py::test_a_dispatched_task
  service: run on its wake, kept running       test_time.py::test_a_service_runs_on_its_wake
                                               test_time.py::test_a_service_that_is_kept_running
  resume ids by agent and phase                test_healing.py::test_ids_are_taken_from_what_the_program_tells
  an id that is stale                          test_healing.py::test_a_session_id_that_is_stale
  limits outlive the supervisor                test_limits.py::test_the_window_survives_a_crash
  an operator appends a phase                  test_phases.py::test_an_appended_phase_revives_a_finished_sequence
                                               test_phases.py::test_a_phase_appended_in_the_settings_revives_it_too
  no line in the log every five minutes        test_phases.py::test_after_the_last_phase
  finished loops stay stopped                  test_phases.py::test_after_the_last_phase
  the orchestrator is healed all the same      test_phases.py::test_after_the_last_phase
  cut over without a restart                   test_healing.py::test_a_program_that_somebody_else_started
the orchestrator's job, where the watchdog can do it
  the phase is what the state says             test_phases.py::test_requests_about_phases
  idle past WAITING-UNTIL: nudged              test_time.py::test_waiting_until
  still idle: restarted                        test_time.py::test_an_idle_loop_is_nudged_then_restarted
  high context: told to compact                test_time.py::test_a_full_context
  a session is missing: started                test_healing.py::test_a_terminal_that_is_gone_is_made_again
  a revised plan: told to read it again        test_bells.py::test_a_plan_that_was_changed
                                               test_bells.py::test_a_resumed_agent_has_read_the_old_plan
  done: advanced                               test_phases.py::test_no_double_advance
  the last one: completed, one last wake       test_phases.py::test_after_the_last_phase
  healthy: left alone                          test_healing.py::test_a_program_that_works_for_hours
the watchdog
  heals dead loops                             test_healing.py::test_a_program_that_died_comes_back
  heals wedged loops                           test_healing.py::test_a_wedged_program
  pings on claim and review                    test_bells.py::test_a_claim_pings_the_other_loop
  inbox files: on appearance, and again        test_bells.py::test_an_inbox_file_rings_when_it_appears
                                               test_bells.py::test_an_inbox_file_that_went_before_its_bell_rang
  hourly wake                                  test_time.py::test_an_hourly_wake
  weekly task, Sunday 02:00 UTC                test_time.py::test_a_task_by_its_wake

What people complained about elsewhere, and where it is held off.

  a live agent taken for dead                  test_healing.py::test_no_false_zombie
                                               test_healing.py::test_a_terminal_that_flickers_is_not_gone
  a restart storm                              test_healing.py::test_no_restart_storm
  a crash loop without an end                  test_healing.py::test_restarts_come_ever_later_and_end
                                               test_healing.py::test_a_start_that_fails_again_and_again
  a shell where the program was                test_healing.py::test_a_shell_that_a_program_left_behind
  logins spoiled by restarts                   test_healing.py::test_a_login_that_is_gone
                                               test_healing.py::test_resume_after_a_trouble_that_still_shows
  what was stopped comes back                  test_healing.py::test_down_is_on_purpose
  killed under a human's hands                 test_healing.py::test_a_wedge_is_not_healed_under_a_human_s_hands
  a dialog answered                            test_healing.py::test_an_agent_that_asks_a_human
  a draft submitted                            test_bells.py::test_a_draft_is_never_touched
  typed while a human types                    test_bells.py::test_a_human_types
  typed twice after a crash                    test_bells.py::test_a_crash_while_a_bell_rings
  tried for ever                               test_bells.py::test_three_tries_and_then_unconfirmed
  a ping flood                                 test_bells.py::test_no_ping_flood
                                               test_bells.py::test_a_history_that_was_written_anew
  pinged again after a rebase                  test_bells.py::test_a_rebase_pings_nobody_again
  foreign text typed                           test_bells.py::test_foreign_text_is_never_queued
  notes that nobody reads                      test_bells.py::test_notes_ring_and_ring_again
  a phase left twice                           test_phases.py::test_no_double_advance
                                               test_crashes.py::test_killed_at_every_point
  two agents on one limited account            test_limits.py::test_two_agents_on_one_account
  a draft that holds up the account            test_limits.py::test_a_draft_of_one_holds_up_no_other
  a limit of 200 years                         test_limits.py::test_no_limit_of_200_years
  resumed twice                                test_limits.py::test_a_program_that_goes_on_by_itself
  old words on a screen, a new limit           test_limits.py::test_old_words_on_a_screen
  a wake lost when clocks change               test_time.py::test_no_wake_is_lost_when_clocks_change
  a wake for each hour of an absence           test_time.py::test_wakes_that_were_missed_ring_once
  an agent restarted for a changed file        test_asking.py::test_settings_alone_restart_nobody
  nobody stops it all                          test_healing.py::test_a_stop_of_everything
  anything else, in any order                  test_rules.py::test_anything_may_happen
"""
