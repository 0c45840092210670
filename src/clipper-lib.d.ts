// Types of the part of clipper-lib 6.4.2 that geometry/ uses (the package ships none).

declare module "clipper-lib" {
  export interface IntPoint {
    X: number;
    Y: number;
  }
  export type Path = IntPoint[];
  export class ClipperOffset {
    constructor(miterLimit?: number, arcTolerance?: number);
    AddPath(path: Path, joinType: number, endType: number): void;
    Execute(solution: Path[], delta: number): void;
    Clear(): void;
  }
  export class Clipper {
    constructor(initOptions?: number);
    ReverseSolution: boolean;
    AddPath(path: Path, polyType: number, closed: boolean): boolean;
    AddPaths(paths: Path[], polyType: number, closed: boolean): boolean;
    Execute(clipType: number, solution: Path[], subjectFill: number, clipFill: number): boolean;
    static Area(path: Path): number;
    static Orientation(path: Path): boolean;
    static SimplifyPolygon(path: Path, fillType?: number): Path[];
  }
  export const JoinType: { jtSquare: number; jtRound: number; jtMiter: number };
  export const EndType: { etClosedPolygon: number; etClosedLine: number };
  export const ClipType: { ctIntersection: number; ctUnion: number; ctDifference: number; ctXor: number };
  export const PolyType: { ptSubject: number; ptClip: number };
  export const PolyFillType: { pftEvenOdd: number; pftNonZero: number; pftPositive: number; pftNegative: number };
}
