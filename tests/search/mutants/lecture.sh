# -- gms1: a leader orders ------------------------------------------------------------------------------
mutant "a member delivers its own change at once, without the leader" gms/gms1.c \
  's/(    const struct gms_message request = \{\.type = GMS_REQUEST)/    gms_do_deliver(out, &(struct gms_message){.type = GMS_MSG, .origin = s->config.me, .n = s->mcast_count, .body = e->message.body, .body_size = e->message.body_size});\n$1/' \
  "sim --rung gms1 --seeds 1..20"
mutant "the leader orders a request twice" gms/gms1.c \
  's/(    order\(g, e->message\.origin.*?;\n)/$1$1/s' \
  "sim --rung gms1 --seeds 1..20"
mutant "the leader sends to all but the last" gms/gms1.c \
  's/view->members \+ 1, view->count - 1, m/view->members + 1, view->count - (view->count > 1 ? 2 : 1), m/' \
  "sim --rung gms1 --seeds 1..3"
mutant "the newcomer is put first" gms/view.c \
  's/    view->members\[view->count\+\+\] = id;/    memmove(&view->members[1], &view->members[0], view->count++ * sizeof(gms_id));\n    view->members[0] = id;/' \
  "sim --rung gms1 --seeds 1..5"
mutant "a leaver stays in the list" gms/gms1.c \
  's/!gms_view_remove\(&s->view, e->from\)/!gms_view_has(&s->view, e->from)/' \
  "sim --rung gms1 --faults leave --seeds 1..20"

# -- gms2: followers watch the leader -------------------------------------------------------------------
mutant "nobody watches the leader" gms/gms2.c \
  's/    gms_do_watch\(out, gms_leader\(g\)\);\n//' \
  "$(explore gms2 --fault leader-crash)"
mutant "what was held back is not released" gms/gms2.c \
  's/    gms1_release\(g, out\);\n//' \
  "$(explore gms2 --fault leader-crash)"
mutant "a message from another member is taken at once" gms/gms2.c \
  's/return gms_hold_put\(&s->hold, e->from, &e->message\) \? GMS_HELD : GMS_DROP_HOLD_FULL;/return gms_rung_of(g)->take(g, &e->message, out);/' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "the new leader does not say the view" gms/gms2.c \
  's/    gms1_announce\(g, GMS_NOBODY, out\);\n//' \
  test_gms2
mutant "the dead stay in the list at an election" gms/gms2.c \
  's/            gms_view_remove\(view, id\);\n//' \
  "$(explore gms2 --fault leader-crash)"
mutant "who is elected while it leaves goes without a word" gms/gms2.c \
  's/    gms1_announce\(g, GMS_NOBODY, out\);\n    if \(g->gms1\.leaving\)/    if (!g->gms1.leaving)\n        gms1_announce(g, GMS_NOBODY, out);\n    if (g->gms1.leaving)/' \
  test_gms3

# -- gms3: number the messages, re-send the last one ----------------------------------------------------
mutant "the view goes out before the message that is re-sent" gms/gms3.c \
  's/(    const struct gms_message last = [^\n]*\n)(.*?)(    gms2_lead\(g, out\);\n)/$1$3$2/s' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "duplicates are not recognised" gms/gms3.c \
  's/    if \(m->seq < s->expected\)\n        return GMS_DROP_DUPLICATE;\n    if \(m->seq > s->expected\)/    if (m->seq > s->expected)/' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "nothing is re-sent" gms/gms3.c \
  's/    gms_do_send_all\(out, g->gms1\.view\.members \+ 1, g->gms1\.view\.count - 1, &last\);/    (void)last;/' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "the last message is re-sent to the first follower only" gms/gms3.c \
  's/g->gms1\.view\.count - 1, &last/g->gms1.view.count > 1, \&last/' \
  "$(explore gms3 --fault mid-broadcast --members 4)"
mutant "a view has no number of its own" gms/gms3.c \
  's/m->seq = g->gms3\.expected\+\+;/m->seq = m->type == GMS_VIEW ? g->gms3.expected : g->gms3.expected++;/' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "a gap is jumped over" gms/gms3.c \
  's/        become_frozen\(g, m, s->expected, out\);\n        return GMS_DROP_GAP;/        s->expected = m->seq;/' \
  "$(explore gms3 --fault loss)"
mutant "a newcomer counts from the beginning" gms/gms3.c \
  's/s->expected = m->seq; \/\*/s->expected = 1; \/*/' \
  "$(explore gms3 --fault join --first)"
mutant "the broadcast goes to the last follower first" gms/gms1.c \
  's/gms_do_send_all\(out, view->members \+ 1, view->count - 1, m\)/for (uint32_t i = view->count; i-- > 1;) gms_do_send(out, view->members[i], m)/' \
  "$(explore gms3 --fault mid-broadcast)"
mutant "the copy is not brought up to date" gms/gms3.c \
  's/    gms_forget\(&s->last\);\n    gms_keep\(&s->last, m\);/    if (s->last.message.type == 0)\n        gms_keep(&s->last, m);/' \
  "$(explore gms3 --fault mid-broadcast)"

# -- The worker's state transfer ------------------------------------------------------------------------
mutant "the state is adopted at the wrong position" app/worker.c \
  's/const uint32_t position = w->asked\[i\]\.position;/const uint32_t position = 0 * w->asked[i].position + w->queue_count;/' \
  test_worker
mutant "every worker that has state answers with another count" app/worker.c \
  's/put_u64\(at \+ 3, state->count\);/put_u64(at + 3, state->count + 1);/' \
  "sim --rung gms3 --faults join --seeds 1..5"
