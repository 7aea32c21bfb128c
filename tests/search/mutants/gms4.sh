# -- gms4: what is lost is sent again ---------------------------------------------------------------------
mutant "gms4: a request is ordered as often as it comes" gms/gms4.c \
  's/ && n != last \+ 1\)/ && false)/' \
  test_gms4
deep mutant "gms4: any request not seen before is ordered" gms/gms4.c \
  's/n != last \+ 1\)/n <= last)/' \
  test_gms4
mutant "gms4: a leader does not know what its predecessor took" gms/gms4.c \
  's/            gms_counts_set\(&s->taken, m->origin, m->n\);/            (void)0;/' \
  "$(explore gms4-ack --fault leader-crash)"
deep mutant "gms4: what was asked for is not asked for again" gms/gms4.c \
  's/    g->gms4\.asked = 0; \/\* all of them/    \/* all of them/' \
  test_gms4
deep mutant "gms4: a new leader is asked for nothing" gms/gms4.c \
  's/        s->asked = 0; \/\* the last leader/        \/* the last leader/' \
  test_gms4
mutant "gms4-ack: the leader does not wait for the first follower" gms/gms4_ack.c \
  's/    send_to\(g, 1, out\);\n    if \(also/    send_to(g, 1, out);\n    if (is_busy(g) \&\& rank_of_awaited(g) + 1 < g->gms1.view.count)\n        send_to(g, rank_of_awaited(g) + 1, out);\n    if (also/' \
  "$(explore gms4-ack --fault async-crash)"
mutant "gms4-ack: an acknowledgement of another message counts" gms/gms4_ack.c \
  's/ \|\| e->message\.seq != g->gms3\.last\.message\.seq//' \
  test_gms4_ack
deep mutant "gms4-ack: an acknowledgement of another follower counts" gms/gms4_ack.c \
  's/ \|\| e->from != g->gms4_ack\.awaited//' \
  test_gms4_ack
mutant "gms4-ack: what a stale leader says is acknowledged" gms/gms4_ack.c \
  's/    const bool newcomer = g->gms1\.phase == GMS_JOINING;/    const bool newcomer = true;/; s/newcomer && result == GMS_USED/newcomer/' \
  test_gms4_ack
mutant "gms4-nack: what came early is taken at once" gms/gms4_nack.c \
  's/    if \(!first && m->seq > g->gms3\.expected\)\n        return keep_early\(g, m, out\);/    if (!first \&\& m->seq > g->gms3.expected)\n        g->gms3.expected = m->seq;/' \
  "$(explore gms4-nack --fault loss)"
mutant "gms4-nack: a gap is asked for once only" gms/gms4_nack.c \
  's/    if \(due && g->gms4_nack\.nacked > 0\)\n        ask_for[^\n]*\n//' \
  test_gms4_nack
deep mutant "gms4-nack: the heartbeat tells no gap" gms/gms4_nack.c \
  's/    if \(m->type == GMS_HEARTBEAT && from_leader\)\n        learn_of[^\n]*\n//' \
  test_gms4_nack
mutant "gms4-nack: what came early stays, whoever leads next" gms/gms4_nack.c \
  's/        forget_early\(g\);//' \
  test_gms4_nack
deep mutant "gms4-nack: the leader keeps no history" gms/gms4_nack.c \
  's/(nack_broadcast.*?)    gms_history_put[^\n]*\n/$1/s' \
  test_gms4_nack
