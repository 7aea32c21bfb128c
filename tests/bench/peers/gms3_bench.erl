%% Members of gms3 under the load of `groupy bench`. Arguments, after -extra:
%%
%%     throughput MEMBERS MS WINDOW one-vm            all members in this VM
%%     throughput MEMBERS MS WINDOW ME CONTACT-NODE   member ME of them; the first founds the group
%%     watch      MEMBERS 0  WINDOW ME CONTACT-NODE   keeps WINDOW bodies under way for ever (0: none) and tells
%%                                                    of every change of the membership
%%
%% A body has 64 bytes: what it is, who sent it, its number. A member goes when it has delivered ready from all,
%% and ends when it has delivered the end from all: then all members have the same bodies, which a hash chained
%% over them shows. One line of JSON for each result goes to stdout; times are of the system's clock, in ns.
-module(gms3_bench).
-export([main/0]).

-define(READY, 1).
-define(DATA, 2).
-define(END, 3).
-define(AFTER, 4).
-define(WARM_UP_MS, 500).

-record(w, {task, members, ms, window, me, gms, in_view = 0, ready = 0, ended = 0,
            sent = 0, own = 0, total = 0, hash = 0, last,
            sending = false, ended_myself = false, awaiting = false, from, rate = unknown}).

main() ->
    [Task, Members, Ms, Window | Who] = init:get_plain_arguments(),
    W = #w{task = list_to_atom(Task), members = list_to_integer(Members), ms = list_to_integer(Ms),
           window = list_to_integer(Window), last = erlang:make_tuple(list_to_integer(Members) + 1, 0)},
    case Who of
        ["one-vm"] ->
            Main = self(),
            spawn_worker(fun() -> member(1, undefined, W), Main ! done end),
            [spawn_worker(fun() -> member(I, member_of_group, W), Main ! done end) || I <- lists:seq(2, W#w.members)],
            [receive done -> ok end || _ <- lists:seq(1, W#w.members)];
        ["1", "none"] -> member(1, undefined, W);
        [Me, Contact] -> member(list_to_integer(Me), {member_of_group, list_to_atom(Contact)}, W)
    end,
    timer:sleep(200), % what is on its way to the others leaves this VM
    halt(0).

spawn_worker(Worker) ->
    spawn_opt(Worker, [{min_heap_size, 50000}, {message_queue_data, off_heap}]).

member(Me, Contact, W) ->
    Gms = case Contact of
              undefined -> gms3:found(self());
              {_, _} -> gms3:join(self(), Contact);
              Name -> timer:sleep(50 * Me), gms3:join(self(), Name)
          end,
    whereis(member_of_group) =:= undefined andalso register(member_of_group, Gms),
    loop(W#w{me = Me, gms = Gms}).

multicast(Kind, N, #w{gms = Gms, me = Me}) ->
    gms3:multicast(Gms, <<Kind:8, Me:8, N:48, 0:448>>).

loop(#w{ended = N, members = N, task = throughput} = W) ->
    say("{\"event\":\"result\",\"delivered_per_s\":~b,\"delivered\":~b,\"hash\":\"~.16b\"}~n",
        [round(W#w.rate), W#w.total, W#w.hash]);
loop(W) ->
    receive
        {deliver, <<?DATA:8, Origin:8, N:48, _/binary>>} -> loop(data(Origin, N, W));
        {deliver, <<Kind:8, Origin:8, N:48, _/binary>>} -> loop(sign(Kind, Origin, N, W));
        {view, Pids} -> loop(view(length(Pids), node(hd(Pids)), W));
        {frozen, Expected, Got} ->
            say("{\"event\":\"frozen\",\"expected\":~b,\"got\":~b,\"t\":~b}~n", [Expected, Got, now_ns()]),
            loop(W);
        from -> loop(W#w{from = {now_ns(), W#w.total}});
        to -> loop(measured(W))
    end.

data(Origin, N, #w{me = Me, total = Total, hash = Hash, last = Last} = W) ->
    check_order(Origin, N, W),
    W1 = W#w{total = Total + 1, last = setelement(Origin, Last, N),
             hash = (Hash bxor (Origin bsl 40) bxor N) * 31 band 16#7ffffffffffff},
    if
        Origin =:= Me -> own(W1);
        true -> W1
    end.

own(#w{sending = true, sent = Sent, own = Own} = W) ->
    multicast(?DATA, Sent + 1, W),
    W#w{sent = Sent + 1, own = Own + 1};
own(#w{own = Own} = W) ->
    finish(W#w{own = Own + 1}).

%% Where members are killed, requests may die with the leader.
check_order(_, _, #w{task = watch}) -> ok;
check_order(Origin, N, #w{last = Last}) when N =:= element(Origin, Last) + 1 -> ok;
check_order(Origin, N, #w{me = Me, last = Last}) ->
    say("~b delivered ~b after ~b of ~b~n", [Me, N, element(Origin, Last), Origin]),
    halt(1).

sign(?READY, _, _, #w{ready = Ready, members = Members} = W) when Ready + 1 < Members ->
    W#w{ready = Ready + 1};
sign(?READY, _, _, #w{ms = Ms} = W) ->
    erlang:send_after(?WARM_UP_MS, self(), from),
    erlang:send_after(?WARM_UP_MS + Ms, self(), to),
    fill(W#w{ready = W#w.members});
sign(?END, Origin, N, #w{ended = Ended, last = Last} = W) ->
    N = element(Origin, Last), % else the last of its bodies were lost
    W#w{ended = Ended + 1};
sign(?AFTER, _, _, #w{awaiting = true} = W) ->
    say("{\"event\":\"resumed\",\"t\":~b}~n", [now_ns()]),
    W#w{awaiting = false};
sign(?AFTER, _, _, W) ->
    W.

fill(#w{window = Window, sent = Sent} = W) ->
    [multicast(?DATA, N, W) || N <- lists:seq(Sent + 1, Sent + Window)],
    W#w{sent = Sent + Window, sending = true}.

%% What counts is what was delivered between the two moments when this worker itself looked at the clock.
measured(#w{from = {From, Before}, total = Total} = W) ->
    finish(W#w{sending = false, rate = (Total - Before) * 1.0e9 / (now_ns() - From)}).

finish(#w{sending = false, sent = Sent, own = Sent, ended_myself = false, rate = Rate} = W) when Rate =/= unknown ->
    multicast(?END, Sent, W),
    W#w{ended_myself = true};
finish(W) ->
    W.

view(Count, _, #w{task = throughput, members = Count, in_view = Before} = W) when Before =/= Count ->
    multicast(?READY, 0, W),
    W#w{in_view = Count};
view(Count, Leader, #w{task = watch, in_view = Before} = W) ->
    Event = if Count < Before -> left; true -> joined end,
    say("{\"event\":\"~s\",\"members\":~b,\"leader\":\"~s\",\"t\":~b}~n", [Event, Count, Leader, now_ns()]),
    changed(Event, W#w{in_view = Count});
view(Count, _, W) ->
    W#w{in_view = Count}.

%% Who delivers a body that was multicast after the change can go on. What was under way to the old leader may
%% be lost: the window is filled anew.
changed(left, W) ->
    multicast(?AFTER, 0, W),
    fill(W#w{awaiting = true});
changed(joined, #w{members = Members, in_view = Members} = W) ->
    fill(W);
changed(joined, W) ->
    W.

now_ns() ->
    os:system_time(nanosecond).

say(Format, Values) ->
    io:put_chars(io_lib:format(Format, Values)).
