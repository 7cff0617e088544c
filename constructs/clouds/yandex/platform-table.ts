/**
 * Platforms of Yandex Compute Cloud with whole processors (100 % of each core): platform, allowed numbers of
 * vCPU, and the allowed GB of memory for each of them. All are x86-64.
 *
 * Source: Yandex Cloud's documentation, "Performance levels" (`compute/concepts/performance-levels`), 2026.
 */
export const PLATFORM_SIZES: readonly string[] = [
  "standard-v2: 2 4 6 8 10 12 14 16 20 24 28 32 36 40 44 48 52 56 60 64 68 72 76 80 x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
  "standard-v3: 2 4 6 8 10 12 14 16 20 36 40 x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
  "standard-v3: 24 48 x 1 2 3 4 5 6 7 8 9 10 11 12 13",
  "standard-v3: 28 56 x 1 2 3 4 5 6 7 8 9 10 11",
  "standard-v3: 32 60 64 x 1 2 3 4 5 6 7 8 9 10",
  "standard-v3: 44 x 1 2 3 4 5 6 7 8 9 10 11 12 13 14",
  "standard-v3: 52 x 1 2 3 4 5 6 7 8 9 10 11 12",
  "standard-v3: 68 x 1 2 3 4 5 6 7 8 9",
  "standard-v3: 72 76 80 x 1 2 3 4 5 6 7 8",
  "standard-v3: 84 88 x 1 2 3 4 5 6 7",
  "standard-v3: 92 96 x 1 2 3 4 5 6",
  "highfreq-v3: 2 4 6 8 10 12 14 16 20 24 28 32 36 40 44 48 52 56 x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
  "amd-v1: 2 4 8 16 32 48 64 96 128 x 1 2 3 4 5 6",
  "standard-v4a: 2 4 8 16 32 48 64 96 128 224 256 288 x 1 2 4 8",
  "highfreq-v4a: 2 4 8 16 24 32 48 80 x 1 2 4 8 10 12",
];
