// Signs up, in, refreshes, reads a table, reads the account and signs out, as a front end does with supabase-js.
// Prints one JSON object for the test to look at.
import { createClient } from "@supabase/supabase-js";
import ws from "ws";

const [url, key] = process.argv.slice(2);
const email = `js-${crypto.randomUUID()}@example.test`;
const password = "correct horse battery staple";

// Node 20 has no WebSocket of its own, and supabase-js looks for one when the client is made.
const newClient = () =>
  createClient(url, key, { auth: { autoRefreshToken: false, persistSession: false }, realtime: { transport: ws } });

const must = ({ data, error }) => {
  if (error) throw error;
  return data;
};

const first = newClient();
const signedUp = must(await first.auth.signUp({ email, password, options: { data: { plan: "pro" } } }));
const taken = (await newClient().auth.signUp({ email, password })).error;
const wrong = (await newClient().auth.signInWithPassword({ email, password: "wrong" })).error;
const weak = (await newClient().auth.signUp({ email: `x${email}`, password: "short" })).error;

const client = newClient();
const events = [];
client.auth.onAuthStateChange((event) => events.push(event));
const signedIn = must(await client.auth.signInWithPassword({ email, password }));
const refreshed = must(await client.auth.refreshSession());
const made = must(await client.from("notes").insert({ body: "from js" }).select().single());
const counted = await client.from("notes").select("*", { count: "exact", head: true });
const user = must(await client.auth.getUser()).user;
const claims = must(await client.auth.getClaims()).claims;
must(await client.from("notes").delete().eq("id", made.id));
const signedOut = (await client.auth.signOut()).error;
const after = (await newClient().auth.getUser(refreshed.session.access_token)).error;

console.log(
  JSON.stringify({
    email,
    signedUp: signedUp.user.email,
    taken: { name: taken?.name, status: taken?.status, code: taken?.code },
    wrong: { status: wrong?.status, code: wrong?.code },
    weak: { name: weak?.name, reasons: weak?.reasons },
    rotated: signedIn.session.refresh_token !== refreshed.session.refresh_token,
    made: made.body,
    counted: counted.count,
    plan: user.user_metadata.plan,
    user: user.email,
    role: claims.role,
    events,
    signedOut,
    after: { status: after?.status, name: after?.name },
  }),
);
process.exit(0);
