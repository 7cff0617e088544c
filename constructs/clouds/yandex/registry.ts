/** Role in a folder that lets an account fetch the images of its registries. */
export const PULL_ROLE = "container-registry.images.puller";

const TOKEN_URL = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";

/** Whether an image stands in a registry of Yandex Cloud that not everybody may read. */
export function isPrivate(image: string): boolean {
  return /^cr\.yandex\/(?!(?:yc|mirror)\/)/.test(image);
}

/** Shell command on a machine: Docker fetches images as the machine's service account. */
export function dockerLogin(): string {
  return `curl --silent --fail --noproxy '*' --header Metadata-Flavor:Google ${TOKEN_URL} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/' | docker login --username iam --password-stdin cr.yandex`;
}
