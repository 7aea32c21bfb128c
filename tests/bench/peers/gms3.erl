%% The third rung of the ladder in Erlang: a leader numbers the messages of the group, and a new leader sends
%% its last one again. It is what a student writes who follows the lecture: a process for each member, the
%% language's own links between them, and monitors as the detector.
%%
%% A member tells its worker {view, Pids}, {deliver, Body} and {frozen, Expected, Got}.
-module(gms3).
-export([found/1, join/2, multicast/2]).

-define(JOIN_TIMEOUT_MS, 1000).

%% members: most senior first, the leader is the head. next: the number that is expected, or given next.
%% last: the last numbered thing taken, for a successor to send again.
-record(state, {worker, members, down = [], next = 1, last}).

found(Worker) ->
    start(fun() -> lead(order({view, [self()]}, #state{worker = Worker, members = [self()]})) end).

%% Contact: any member, by pid or by {Name, Node}.
join(Worker, Contact) ->
    start(fun() -> newcomer(Contact, #state{worker = Worker}) end).

multicast(Member, Body) ->
    Member ! {multicast, Body},
    ok.

%% A large heap and a queue beside it: long queues are not copied at every garbage collection.
start(Member) ->
    spawn_opt(Member, [{min_heap_size, 50000}, {message_queue_data, off_heap}]).

%% -- The leader -----------------------------------------------------------------------------------------------

lead(#state{members = Members} = S) ->
    receive
        {multicast, Body} -> lead(order({msg, Body}, S));
        {request, Body} -> lead(order({msg, Body}, S));
        {join, Newcomer} -> lead(order({view, with(Newcomer, Members)}, S));
        {'DOWN', _, process, _, _} -> lead(S);
        {ordered, _, _, _} -> lead(S) % of a leader that this one has replaced
    end.

%% Who asks again is not listed twice.
with(Newcomer, Members) ->
    case lists:member(Newcomer, Members) of
        true -> Members;
        false -> Members ++ [Newcomer]
    end.

%% Gives it the next number, sends it to the followers in the order of the view, and takes it.
order(What, #state{next = N} = S) ->
    Members = case What of
                  {view, New} -> New;
                  {msg, _} -> S#state.members
              end,
    send(tl(Members), N, What),
    take(N, What, S).

send(Followers, N, What) ->
    Message = {ordered, self(), N, What},
    [Follower ! Message || Follower <- Followers],
    ok.

take(N, {msg, Body} = What, #state{worker = Worker} = S) ->
    Worker ! {deliver, Body},
    S#state{next = N + 1, last = {N, What}};
take(N, {view, New} = What, #state{worker = Worker, down = Down} = S) ->
    Members = New -- Down,
    Worker ! {view, Members},
    S#state{next = N + 1, last = {N, What}, members = Members}.

%% -- A follower -----------------------------------------------------------------------------------------------

%% What another member than its leader sends stays in the mailbox until the election reaches that member.
follow(#state{members = [Leader | _], next = Next} = S) ->
    receive
        {ordered, Leader, Next, What} -> follow(take(Next, What, S));
        {ordered, Leader, N, _} when N < Next -> follow(S); % a duplicate
        {ordered, Leader, N, _} -> freeze(N, S);
        {multicast, Body} -> Leader ! {request, Body}, follow(S);
        {join, Newcomer} -> Leader ! {join, Newcomer}, follow(S);
        {request, _} -> follow(S); % it does not lead: lost
        {'DOWN', _, process, Leader, _} -> elect(S);
        {'DOWN', _, process, _, _} -> follow(S)
    end.

elect(#state{members = [Dead | [Leader | _] = Rest], down = Down} = S) ->
    New = S#state{members = Rest, down = [Dead | Down]},
    if
        Leader =:= self() ->
            {N, What} = S#state.last,
            send(tl(Rest), N, What),
            lead(order({view, Rest}, New));
        true ->
            monitor(process, Leader),
            follow(New)
    end.

%% A number is missing, and at this rung nobody can be asked for it.
freeze(Got, #state{worker = Worker, next = Next}) ->
    Worker ! {frozen, Next, Got},
    ignore().

ignore() ->
    receive _ -> ignore() end.

newcomer(Contact, S) ->
    Contact ! {join, self()},
    receive
        {ordered, Leader, N, {view, [Leader | _] = Members} = What} ->
            monitor(process, Leader),
            follow(take(N, What, S#state{members = Members}))
    after ?JOIN_TIMEOUT_MS ->
        newcomer(Contact, S)
    end.
