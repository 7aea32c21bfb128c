# Many faults in a short time.
hard_runs="sim --rung gms5 --members 3..7 --for 1s --mean 30ms --fault-mean 100ms --seeds 1..100"

# -- gms5: life in a view ---------------------------------------------------------------------------------
mutant "gms5: a follower delivers before the commit" gms/gms5_order.c \
  's/        agreed \|\| g->gms5\.committed/        true || agreed || g->gms5.committed/' \
  "$(explore gms5 --fault async-crash)"
deep mutant "gms5: the leader commits what half have without it" gms/gms5_order.c \
  's/gms5_enough\(g, have, s->peer/gms5_enough(g, have + (have < count), s->peer/' \
  "$(explore gms5 --fault loss+crash)"
mutant "gms5: the view of a message is not looked at" gms/gms5.c \
  's/ \|\| m->view != g->gms1\.view\.number\)/ || (m->type != GMS_MSG \&\& m->view != g->gms1.view.number))/' \
  test_gms5_cut
mutant "gms5: a blocked member goes on acknowledging" gms/gms5_order.c \
  's/    if \(g->gms5\.blocked\)\n        return result;\n//; s/return g->gms5\.blocked && !gms5_leads\(g\) \? g->gms5\.blocked_at : gms5_received\(g\);/return gms5_received(g);/' \
  "$(explore gms5 --fault partition --changes 1)"
mutant "gms5: a blocked leader goes on counting acknowledgements" gms/gms5_order.c \
  's/            return GMS_DROP_OUT_OF_PLACE;\n        if \(g->gms5\.blocked\)\n            return GMS_DROP_BLOCKED;/            return GMS_DROP_OUT_OF_PLACE;/; s/    if \(!g->gms5\.blocked\)\n        gms5_deliver/    if (gms5_leads(g) || !g->gms5.blocked)\n        gms5_deliver/' \
  "$hard_runs"
mutant "gms5: who is blocked delivers on a late commit" gms/gms5_order.c \
  's/    if \(g->gms5\.blocked\)\n        return GMS_DROP_BLOCKED;\n    learn/    learn/; s/    if \(!g->gms5\.blocked\)\n        gms5_deliver/        gms5_deliver/' \
  "$hard_runs"
mutant "gms5: a request is ordered as often as it comes" gms/gms5_order.c \
  's/    if \(m->n != last \+ 1\)/    if (m->n > last + 1)/' \
  "$hard_runs"
deep mutant "gms5: any request not seen before is ordered" gms/gms5_order.c \
  's/    if \(m->n != last \+ 1\)/    if (m->n <= last)/' \
  test_gms5
deep mutant "gms5: what was ordered is forgotten with the view" gms/gms5.c \
  's/    s->ordered = g->gms4\.taken;/    gms_counts_keep(\&s->ordered, \&g->gms1.view);/' \
  "$(explore gms5 --fault leader-crash)"
deep mutant "gms5: the window is always open" gms/gms5_order.c \
  's/return gms5_received\(g\) - g->gms5\.stable < GMS_WINDOW_MAX;/return true;/' \
  test_gms5
deep mutant "gms5: a gap is not asked for" gms/gms5_order.c \
  's/    if \(last >= g->gms3\.expected\)\n        gms_do_send/    if (last == 0)\n        gms_do_send/' \
  test_gms5

# -- gms5: the change of views ----------------------------------------------------------------------------
mutant "gms5: a promise does not bind against a lower PREPARE" gms/gms5_change.c \
  's/(on_prepare.*?)    if \(m->ballot < g->gms5\.promised\) \{/$1    if (false) {/s' \
  test_gms5_ballot
mutant "gms5: a promise does not bind against a lower ACCEPT" gms/gms5_change.c \
  's/(on_accept\(.*?)    if \(m->ballot < s->promised\) \{/$1    if (false) {/s' \
  test_gms5_ballot
mutant "gms5: the coordinator ignores accepted proposals" gms/gms5_change.c \
  's/    if \(s->best_ballot > 0\)\n/    if (false)\n/' \
  test_gms5_change
deep mutant "gms5: the coordinator ignores what it accepted itself" gms/gms5_change.c \
  's/    s->best_ballot = s->accepted;/    s->best_ballot = 0;/' \
  test_gms5_change
mutant "gms5: of two accepted proposals any counts" gms/gms5_change.c \
  's/m->accepted > s->best_ballot/m->accepted > 0/' \
  test_gms5_ballot
mutant "gms5: two proposals are blended" gms/gms5_change.c \
  's/        s->proposal = s->best;/        build(g, \&s->proposal), s->proposal.last = s->best.last;/' \
  test_gms5_ballot
deep mutant "gms5: an accepted proposal ends with what the coordinator has" gms/gms5_change.c \
  's/        s->proposal = s->best;/        s->proposal = s->best, s->proposal.last = gms5_received(g);/' \
  test_gms5_change
mutant "gms5: a proposal is made before there is a quorum of promises" gms/gms5_change.c \
  's/gms5_quorum\(g, is_present\) && \(all_trusted/(all_trusted/' \
  "$(explore gms5 --fault partition --changes 1)"
mutant "gms5: any half is a quorum" gms/gms5_change.c \
  's/gms5_enough\(g, have, counts\(g, 0\)\)/gms5_enough(g, have, true)/' \
  "$hard_runs"
deep mutant "gms5: one less than more than half is a quorum" gms/gms5_change.c \
  's/2 \* members > count/2 * members + 1 >= count/' \
  "$(explore gms5 --fault partition --changes 1)"
deep mutant "gms5: to the last man standing a suspicion is a proof" gms/gms5_change.c \
  's/else if \(!gms5_is_down\(g, view->members\[i\]\)\)/else if (!g->gms5.peer[i].suspected)/' \
  test_gms5_quorum
mutant "gms5: two members use the same ballots" gms/gms5_change.c \
  's/<< 8 \| gms5_my_rank\(g\)/<< 8/; s/question && \(m->ballot & 255\) != gms5_rank\(g, e->from\)/false/' \
  test_gms5_ballot
mutant "gms5: a promise does not say what was received" gms/gms5_change.c \
  's/(send_promise.*?)\.seq = gms5_received\(g\)/$1.seq = g->gms5.delivered/s' \
  test_gms5_cut
deep mutant "gms5: a promise does not say what was accepted" gms/gms5_change.c \
  's/const bool any = s->accepted > 0;/const bool any = false;/; s/\.accepted = s->accepted,/.accepted = 0,/' \
  test_gms5_ballot
deep mutant "gms5: a promise is believed whose messages did not arrive" gms/gms5_change.c \
  's/    if \(m->seq >\s+gms5_received\(g\)\) \{/    if (false) {/' \
  test_gms5_cut
mutant "gms5: who lacks messages accepts the end of the view" gms/gms5_change.c \
  's/(on_accept\(.*?)    if \(m->last > gms5_received\(g\)\) \{/$1    if (false) {/s' \
  test_gms5_cut
mutant "gms5: the view is installed without the missing messages" gms/gms5_install.c \
  's/    if \(decided\.last > gms5_received\(g\)\) \{/    if (false) {/' \
  test_gms5_cut
mutant "gms5: messages that came too late for a view stay for the next" gms/gms5_install.c \
  's/    gms_history_forget_after\(&s->history, last\);/    (void)last;/' \
  "$(explore gms5 --fault async-crash)"
mutant "gms5: who is down is forgotten with the view" gms/gms5_install.c \
  's/suspected = gms5_is_down\(g, id\);/suspected = false;/' \
  test_gms5_change
deep mutant "gms5: what a peer received stays for the next view" gms/gms5_install.c \
  's/    memset\(s->peer, 0, sizeof s->peer\);/    (void)s->peer;/' \
  test_gms5_leave
mutant "gms5: the state for newcomers is taken after what follows the cut" gms/gms5_install.c \
  's/        gms_do_member\(out, GMS_DO_SNAPSHOT, GMS_NOBODY\);\n    else\n/        gms_do_member(out, GMS_DO_SNAPSHOT, GMS_NOBODY);\n/' \
  test_gms5_join
mutant "gms5: an INSTALL sent again names a later cut" gms/gms5_install.c \
  's/\.seq = s->cut,/.seq = gms5_received(g),/' \
  "$(explore gms5 --fault loss+crash)"
mutant "gms5: a leaver goes at once" gms/gms5_install.c \
  's/        if \(!g->gms1\.leaving\)\n            gms5_be_out/        if (true)\n            gms5_be_out/' \
  test_gms5_leave
deep mutant "gms5: a leave is honoured though those who stay are no quorum" gms/gms5_change.c \
  's/return gms5_quorum\(g, is_staying\) \|\| all_present\(g\);/return true;/' \
  test_gms5_leave
deep mutant "gms5: who adopted a decision without itself installs it" gms/gms5_change.c \
  's/    if \(gms5_proposes\(&decided, g->gms1\.config\.me\)\) \{/    if (true) {/' \
  "$(explore gms5 --fault leader-crash)"
deep mutant "gms5: the excluded are not told" gms/gms5.c \
  's/    if \(!member\) \{\n        gms5_tell\(g, e->from, GMS_EXCLUDED, out\);/    if (!member) {/' \
  "$(explore gms5 --fault partition --changes 1)"
deep mutant "gms5: who missed the decision is not told" gms/gms5.c \
  's/        gms5_send_install\(g, e->from, out\);\n    \}\n    return GMS_DROP_OLD_VIEW;/    }\n    return GMS_DROP_OLD_VIEW;/' \
  test_gms5_cut
deep mutant "gms5: more newcomers than members stay" gms/gms5_change.c \
  's/ && i < staying//' \
  test_gms5_join
mutant "gms5: who crashed after its promise makes up the quorum" gms/gms5_change.c \
  's/peer\[rank\]\.answered && !gms5_is_down\(g, g->gms1\.view\.members\[rank\]\)/peer[rank].answered/' \
  test_gms5_change
