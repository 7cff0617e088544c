import { App, TerraformStack } from "cdktf";
import { bindings, EggsBucket } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "ci");
new bindings.yandex.YandexProvider(stack, "yandex", {});
new EggsBucket(stack, "shared", {
  nest: "acme",
  name: "shared",
  type: "vm",
  cloud: { provider: "yandex", region: "ru-central1", folderId: "b1g0123456789abcdefg", preemptible: true },
  resources: { cpu: 2, memory: "4GiB", disk: 30 },
  runner: { tags: ["shell"], concurrent: 3 },
  repositories: {
    repo: [
      { name: "api", gitlab: { server: "gitlab.com", projectId: 201 } },
      { name: "tools", gitlab: { server: "gitlab.example.org", groupId: 7 } },
    ],
  },
});
app.synth();
