import assert from "node:assert/strict";
import type { FunctionRecord } from "../records.ts";
import type { Store } from "../contract.ts";
import {
  aFunction,
  anApp,
  appId,
  aRegistration,
  functionId,
  NOW,
  production,
  staging,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

export function appSuite(create: CreateHarness): void {
  storeTest(create, "register() stores an app and its functions, each with version 1", async (store) => {
    const app = anApp(1, { appVersion: "1.2.3", sdk: null, framework: null, signatures: "v2" });
    await store.apps.register({
      app,
      functions: [aFunction(1, { version: 9, archivedAt: 5 }), aFunction(2)],
      ticks: [],
    });
    assert.deepEqual(await store.apps.apps(), [app]);
    assert.deepEqual(await store.apps.functions(), [aFunction(1), aFunction(2)]);
  });

  storeTest(
    create,
    "register() puts the app in place of what was registered under its name",
    async (store) => {
      await store.apps.register(aRegistration({}, [aFunction(1)]));
      const next = anApp(1, {
        checksum: "next",
        url: "http://elsewhere/api",
        sdk: "py:v1",
        syncedAt: NOW + 1,
      });
      await store.apps.register({ app: next, functions: [aFunction(1)], ticks: [] });
      assert.deepEqual(await store.apps.apps(), [next]);
    },
  );

  storeTest(create, "register() changes nothing for the checksum that is stored", async (store) => {
    await store.apps.register(aRegistration({}, [aFunction(1)]));
    await store.apps.register(aRegistration({ syncedAt: NOW + 1 }, [aFunction(1)]));
    assert.deepEqual(await store.apps.apps(), [anApp(1)]);
    assert.deepEqual(await store.apps.functions(), [aFunction(1)]);
  });

  storeTest(
    create,
    "register() of the same checksum after a failed sync makes the app well again",
    async (store) => {
      await store.apps.register(aRegistration({}, [aFunction(1)]));
      await store.apps.noteError(production, "app-1", "sync_failed: no answer");
      await store.apps.register(aRegistration({}, [aFunction(1)]));
      assert.deepEqual(await store.apps.apps(), [anApp(1)]);
    },
  );

  storeTest(
    create,
    "register() raises the version of functions whose configuration changed, and of no others",
    async (store) => {
      await store.apps.register(aRegistration({}, [aFunction(1), aFunction(2)]));
      const changed = aFunction(2, { config: '{"n":"two"}', name: "Renamed" });
      await store.apps.register(aRegistration({ checksum: "b" }, [aFunction(1), changed]));
      assert.deepEqual(await store.apps.functions(), [aFunction(1), { ...changed, version: 2 }]);
    },
  );

  storeTest(
    create,
    "register() archives functions that vanished, and takes out those that come back",
    async (store) => {
      const one = aFunction(1);
      const two = aFunction(2);
      await store.apps.register(aRegistration({}, [one, two]));
      await store.apps.register(aRegistration({ checksum: "b", syncedAt: NOW + 10 }, [one]));
      const archived: FunctionRecord = { ...two, archivedAt: NOW + 10 };
      assert.deepEqual(await store.apps.functions(), [one, archived]);
      await store.apps.register(aRegistration({ checksum: "c", syncedAt: NOW + 20 }, [one]));
      assert.deepEqual(
        await store.apps.functions(),
        [one, archived],
        "it has been archived since the first time",
      );
      await store.apps.register(aRegistration({ checksum: "d" }, [one, two]));
      assert.deepEqual(await store.apps.functions(), [one, two]);
      await store.apps.register(aRegistration({ checksum: "e" }, [one]));
      const changed = aFunction(2, { config: "{}" });
      await store.apps.register(aRegistration({ checksum: "f" }, [one, changed]));
      assert.deepEqual(await store.apps.functions(), [one, { ...changed, version: 2 }]);
    },
  );

  storeTest(create, "register() leaves other apps alone", async (store) => {
    await registerTwo(store);
    await store.apps.register(aRegistration({ checksum: "b", syncedAt: NOW + 1 }, []));
    assert.deepEqual(
      (await store.apps.functions()).map((fn) => [fn.slug, fn.archivedAt]),
      [
        ["app-1-function-1", NOW + 1],
        ["app-2-function", null],
      ],
    );
  });

  storeTest(create, "noteError() notes why a sync failed, and null that the app is well", async (store) => {
    await store.apps.register(aRegistration({}, []));
    await store.apps.noteError(production, "app-1", "sync_failed: no answer");
    assert.deepEqual(await store.apps.apps(), [anApp(1, { error: "sync_failed: no answer" })]);
    await store.apps.noteError(production, "app-1", null);
    assert.deepEqual(await store.apps.apps(), [anApp(1)]);
  });

  storeTest(create, "noteError() leaves an app alone that is not there", async (store) => {
    await store.apps.register(aRegistration({}, []));
    await store.apps.noteError(production, "app-2", "x: y");
    await store.apps.noteError(staging, "app-1", "x: y");
    assert.deepEqual(await store.apps.apps(), [anApp(1)]);
  });

  storeTest(create, "remove() forgets the app and archives its functions", async (store) => {
    await registerTwo(store);
    assert.equal(await store.apps.remove(production, "app-1", NOW + 5), true);
    assert.deepEqual(
      (await store.apps.apps()).map((app) => app.name),
      ["app-2"],
    );
    assert.deepEqual(
      (await store.apps.functions()).map((fn) => fn.archivedAt),
      [NOW + 5, null],
    );
    assert.equal(await store.apps.remove(production, "app-1", NOW + 6), false);
    assert.equal(await store.apps.remove(staging, "app-2", NOW + 6), false);
  });

  storeTest(
    create,
    "register() after remove() brings the app back with the versions it had",
    async (store) => {
      await store.apps.register(aRegistration({}, [aFunction(1)]));
      await store.apps.register(aRegistration({ checksum: "b" }, [aFunction(1, { config: "{}" })]));
      await store.apps.remove(production, "app-1", NOW);
      await store.apps.register(aRegistration({ checksum: "b" }, [aFunction(1, { config: "{}" })]));
      assert.deepEqual(await store.apps.functions(), [aFunction(1, { config: "{}", version: 2 })]);
    },
  );
}

async function registerTwo(store: Store): Promise<void> {
  await store.apps.register(aRegistration({}, [aFunction(1)]));
  const other = aFunction(2, { id: functionId(7), appId: appId(2), slug: "app-2-function" });
  await store.apps.register({ app: anApp(2), functions: [other], ticks: [] });
}
