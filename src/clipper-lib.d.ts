// Types of the part of clipper-lib 6.4.2 that geometry/ uses (the package ships none).

declare module "clipper-lib" {
  export interface IntPoint {
    X: number;
    Y: number;
  }
  export type Path = IntPoint[];
  /** An edge of the sweep (internal; geometry/clipper-union.ts replaces two steps of it). */
  export interface Edge {
    readonly Bot: IntPoint;
    readonly Curr: IntPoint;
    readonly Top: IntPoint;
    readonly OutIdx: number;
    readonly WindDelta: number;
    readonly NextInLML: Edge | null;
    readonly PrevInAEL: Edge | null;
    readonly NextInAEL: Edge | null;
  }
  export interface LocalMinimum {
    readonly Y: number;
    Next: LocalMinimum | null;
  }
  /** A vertex of the result (internal). */
  export interface OutPoint {
    readonly Pt: IntPoint;
  }
  export const ClipperBase: {
    IsHorizontal(edge: Edge): boolean;
    SlopesEqual5(p1: IntPoint, p2: IntPoint, p3: IntPoint, p4: IntPoint, useFullRange: boolean): boolean;
  };
  export class Clipper {
    constructor(initOptions?: number);
    ReverseSolution: boolean;
    AddPath(path: Path, polyType: number, closed: boolean): boolean;
    Execute(clipType: number, solution: Path[], subjectFill: number, clipFill: number): boolean;
    static Orientation(path: Path): boolean;
    static TopX(edge: Edge, y: number): number;
    protected m_ActiveEdges: Edge | null;
    protected m_Maxima: unknown;
    protected m_MinimaList: LocalMinimum | null;
    protected m_UseFullRange: boolean;
    protected AddEdgeToSEL(edge: Edge): void;
    protected AddJoin(p1: OutPoint, p2: OutPoint, off: IntPoint): void;
    protected AddOutPt(edge: Edge, point: IntPoint): OutPoint;
    protected DoMaxima(edge: Edge): void;
    protected GetMaximaPairEx(edge: Edge): Edge | null;
    protected IsIntermediate(edge: Edge, y: number): boolean;
    protected IsMaxima(edge: Edge, y: number): boolean;
    protected ProcessHorizontals(): void;
    protected UpdateEdgeIntoAEL(edge: Edge): Edge;
    protected ProcessEdgesAtTopOfScanbeam(topY: number): void;
    protected InsertLocalMinima(minimum: LocalMinimum): void;
  }
  export const ClipType: { ctIntersection: number; ctUnion: number; ctDifference: number; ctXor: number };
  export const PolyType: { ptSubject: number; ptClip: number };
  export const PolyFillType: {
    pftEvenOdd: number;
    pftNonZero: number;
    pftPositive: number;
    pftNegative: number;
  };
}
