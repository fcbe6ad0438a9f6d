import { buildJavaHost } from "./host-classes.ts";

const { interfacesJar } = await buildJavaHost();
console.log(interfacesJar);
