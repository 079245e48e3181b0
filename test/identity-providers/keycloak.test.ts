import { keycloakMissing } from "./keycloak-installed.ts";
import { startKeycloak } from "./keycloak.ts";
import { tellOidcStory } from "./oidc-story.ts";
import type { SignInThere } from "./scene.ts";
import { tellStory } from "./story.ts";
import { USERS } from "./users.ts";
import { withProvider } from "./with-provider.ts";

const vendor = "Keycloak";

const signInThere: SignInThere = async (page, user) => {
  await page.locator("#username").fill(user);
  await page.locator("#password").fill(USERS[user].password);
  await page.locator("#kc-login").click();
};

withProvider(
  vendor,
  keycloakMissing(),
  () => startKeycloak(),
  (provider) => {
    tellStory({
      vendor,
      provider,
      signInThere,
      refuses: /Invalid Request/i,
      manners: [
        { signs: "assertion", encrypts: false },
        { signs: "response", encrypts: false },
        { signs: "both", encrypts: true },
      ],
    });
    tellOidcStory({
      vendor,
      provider,
      signInThere,
      refuses: /Invalid parameter: redirect_uri/,
      // It asks whoever comes without a token of theirs.
      async confirmSignOut(page) {
        await page.locator("#kc-logout").click();
      },
    });
  },
);
