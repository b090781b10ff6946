export interface Finding {
  path: string;
  line: number;
  rule: string;
  message: string;
}

export const LIMITS: { fileLines: number; functionLines: number; constructorParameters: number };
export function countLines(text: string): number;
export function inspect(path: string, text: string): Finding[];
