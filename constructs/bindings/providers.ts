export * as aws from "./aws";
export * as yandex from "./yandex";
