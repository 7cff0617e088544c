/** A local Egg as a file; `more` stands in its block. */
export function localEgg(name: string, project: number, more = ""): string {
  return `egg "${name}" {
  type = "vm"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 1
    memory = 512
    disk   = 5
  }
  runner {
    tags       = ["local"]
    concurrent = 2
  }
  gitlab {
    server       = "gitlab.example.com"
    project_id   = ${project}
    runner_token = "env://TOKEN"
  }
  ${more}
}
`;
}

/** A Nest that uses variables, locals, files and functions. */
export const NEST: Readonly<Record<string, string>> = {
  "nest.fly": 'nest {\n  name = "acme"\n}\n',
  "nest.flyvars": 'level = "1"\n',
  "variables.fly": 'variable "level" {\n  type    = string\n  default = "0"\n}\nvariable "other" {\n  type    = string\n  default = "0"\n}\nlocals {\n  banner = fileexists("banner.txt") ? file("banner.txt") : "none"\n}\n',
  "certs/company.pem": "-----BEGIN CERTIFICATE-----\n",
  "Eggs/a/config.fly": localEgg("a", 1, 'environment = { LEVEL = var.level, OTHER = var.other, BANNER = local.banner }\n  ca_certificate = file("certs/company.pem")'),
  "Eggs/b/config.fly": localEgg("b", 2, 'environment = { Z = "1", A = "2" }'),
};
