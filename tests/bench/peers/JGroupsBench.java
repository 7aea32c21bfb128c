/* One member of a JGroups group (SEQUENCER over TCP) under the load of `groupy bench`.
 *
 *     JGroupsBench throughput STACK MEMBERS ME SECONDS WINDOW REPETITIONS
 *     JGroupsBench watch      STACK MEMBERS ME      tells of every change of the membership, until it is killed
 *
 * A body has 64 bytes: what it is, who sent it, its number. A member goes when it has delivered READY from all,
 * warms up (the compiler, too), measures so many times in a row, and ends when it has delivered END from all: then
 * all members have the same bodies, which a hash chained over them shows. One line of JSON for each result goes to
 * standard output; times are System.nanoTime's, which is CLOCK_MONOTONIC.
 */
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ReceiverAdapter;
import org.jgroups.View;

public final class JGroupsBench extends ReceiverAdapter {
    private static final byte READY = 1, DATA = 2, END = 3, AFTER = 4;
    private static final long WARM_UP_MS = 2500, PATIENCE_MS = 30000;

    private final boolean watch;
    private final int members, me;
    private final Semaphore window; // of own bodies that may be under way
    private JChannel channel;
    private volatile boolean stopping;

    // What follows is guarded by `this`.
    private final long[] last;
    private int inView, ready, ended;
    private long total, hash;
    private boolean awaiting, changed;

    private JGroupsBench(boolean watch, int members, int me, int window) {
        this.watch = watch;
        this.members = members;
        this.me = me;
        this.window = new Semaphore(window);
        last = new long[members + 1];
    }

    private void send(byte kind, long n) throws Exception {
        byte[] body = new byte[64];
        ByteBuffer.wrap(body).put(kind).put((byte) me).putLong(n);
        channel.send(new Message(null, null, body));
    }

    @Override
    public synchronized void receive(Message message) {
        ByteBuffer body = ByteBuffer.wrap(message.getRawBuffer(), message.getOffset(), message.getLength());
        byte kind = body.get();
        int origin = body.get();
        long n = body.getLong();
        switch (kind) {
            case READY -> ready++;
            case DATA -> data(origin, n);
            case END -> {
                if (n != last[origin])
                    fail("the last bodies of a member were lost");
                ended++;
            }
            case AFTER -> {
                if (awaiting)
                    System.out.println("{\"event\":\"resumed\",\"t\":" + System.nanoTime() + "}");
                awaiting = false;
            }
            default -> fail("a message that is not of this bench");
        }
        notifyAll();
    }

    private void data(int origin, long n) {
        if (n != last[origin] + 1)
            fail(me + " delivered " + n + " after " + last[origin] + " of " + origin);
        last[origin] = n;
        total++;
        hash = (hash ^ ((long) origin << 48) ^ n) * 1099511628211L;
        if (origin == me)
            window.release();
    }

    @Override
    public synchronized void viewAccepted(View view) {
        int count = view.getMembers().size();
        System.out.println("{\"event\":\"" + (count < inView ? "left" : "joined") + "\",\"members\":" + count
                           + ",\"leader\":\"" + view.getMembers().get(0) + "\",\"t\":" + System.nanoTime() + "}");
        if (count < inView)
            awaiting = changed = true;
        inView = count;
        notifyAll();
    }

    private static void fail(String why) {
        System.err.println("JGroupsBench: " + why);
        Runtime.getRuntime().halt(1);
    }

    private interface Condition {
        boolean holds();
    }

    private synchronized void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline)
                fail("in vain for: " + what);
            wait(100);
        }
    }

    private synchronized long delivered() {
        return total;
    }

    private void sendUntilStopped() {
        try {
            for (long n = 1; !stopping; n++) {
                window.acquire();
                send(DATA, n);
            }
        } catch (Exception error) {
            fail("it can't send: " + error);
        }
    }

    private void throughput(double seconds, int repetitions, int windowSize) throws Exception {
        await("all members", () -> inView == members);
        send(READY, 0);
        await("all members are ready", () -> ready == members);
        Thread sender = new Thread(this::sendUntilStopped);
        sender.start();
        Thread.sleep(WARM_UP_MS);
        List<String> rates = new ArrayList<>();
        for (int i = 0; i < repetitions; i++) {
            long before = delivered(), from = System.nanoTime();
            Thread.sleep((long) (seconds * 1000));
            rates.add(String.format("%.0f", (delivered() - before) * 1e9 / (System.nanoTime() - from)));
        }
        stopping = true;
        sender.join(); // an own body that is delivered wakes it up
        send(END, endOfOwn(windowSize));
        await("all members have ended", () -> ended == members);
        System.out.printf("{\"event\":\"result\",\"rates\":[%s],\"delivered\":%d,\"hash\":\"%016x\"}%n",
                          String.join(",", rates), total, hash);
    }

    /* All own bodies have been delivered when the whole window is free. */
    private long endOfOwn(int windowSize) throws Exception {
        window.acquire(windowSize);
        synchronized (this) {
            return last[me];
        }
    }

    private void watch() throws Exception {
        for (;;) {
            synchronized (this) {
                while (!changed)
                    wait();
                changed = false;
            }
            send(AFTER, 0);
        }
    }

    public static void main(String[] words) throws Exception {
        boolean watch = words[0].equals("watch");
        int windowSize = watch ? 1 : Integer.parseInt(words[5]);
        int members = Integer.parseInt(words[2]), me = Integer.parseInt(words[3]);
        JGroupsBench bench = new JGroupsBench(watch, members, me, windowSize);
        bench.channel = new JChannel(words[1]);
        bench.channel.setName("member" + me);
        bench.channel.setReceiver(bench);
        bench.channel.connect("groupy");
        if (watch)
            bench.watch();
        else
            bench.throughput(Double.parseDouble(words[4]), Integer.parseInt(words[6]), windowSize);
        Thread.sleep(300); // what is on its way to the others leaves
        Runtime.getRuntime().halt(0);
    }
}
