import { startKeycloak, WHY_NOT } from "./keycloak.ts";
import { USERS } from "./simplesamlphp.ts";
import { tellStory } from "./story.ts";

tellStory({
  vendor: "Keycloak",
  start: startKeycloak,
  whyNot: WHY_NOT,
  manners: [
    { signs: "assertion", encrypts: false },
    { signs: "response", encrypts: false },
    { signs: "both", encrypts: true },
  ],
  async signInThere(page, user) {
    await page.locator("#username").fill(user);
    await page.locator("#password").fill(USERS[user].password);
    await page.locator("#kc-login").click();
  },
});
