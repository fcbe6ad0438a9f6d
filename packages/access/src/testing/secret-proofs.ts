import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import type { Proof } from "./proof.ts";
import { writeAsDataset } from "./run-component.ts";

/** Servers of customers, with what has to be in them: the table `vectors` of `postgresUrl`, the index `pages` of Momento. */
export interface SecretServers {
  readonly postgresUrl: string;
  readonly momentoToken: string;
}

function secret(
  destination: "PGVECTOR" | "MOMENTO_VECTOR_INDEX" | "KAFKA",
  text: () => string,
  write: (arn: string) => object,
): Proof {
  return {
    thing: "writeConnector",
    destination,
    about: `write to ${destination} with its secret`,
    async prepare(Name, customer) {
      const made = new CreateSecretCommand({ Name, SecretString: text() });
      const { ARN = "" } = await clientFor(SecretsManagerClient, customer).send(made);
      return {
        writeConnector: { connectorDestination: destination, resourceLocation: "Customer", ...write(ARN) },
      };
    },
    run: (config, access) => writeAsDataset(config, access),
  };
}

/** Targets that a secret opens. */
export function secretProofs(servers: () => SecretServers): readonly Proof[] {
  return [
    secret(
      "PGVECTOR",
      () => servers().postgresUrl,
      (connectionSecretArn) => ({ connectionSecretArn, tableName: "vectors", numDimensions: 3 }),
    ),
    secret(
      "MOMENTO_VECTOR_INDEX",
      () => servers().momentoToken,
      (momentoAuthTokenArn) => ({ momentoAuthTokenArn, indexName: "pages", numDimensions: 3 }),
    ),
    {
      ...secret(
        "KAFKA",
        () => '{"username":"user","password":"password"}',
        (credentialsSecretArn) => ({
          credentialsSecretArn,
          authentication: "SASL_SCRAM",
          bootstrapServers: "127.0.0.1:1",
          topicName: "documents",
        }),
      ),
      about: "read the secret of KAFKA",
      needsServer: true,
      run: (_, access, SecretId) =>
        clientFor(SecretsManagerClient, access).send(new GetSecretValueCommand({ SecretId })),
    },
  ];
}
