// clipper-lib 6.4.2 with two steps of its sweep put right, so that it gives what Clipper 6.4.2 (hence pyclipper) gives:
// it looks for shared edges only where the neighbour has ended instead of where it goes on (and would then call an undefined
// name), and it lists minima of equal height backwards. Nothing but polygons; no open paths.

import ClipperLib from "clipper-lib";

type Edge = ClipperLib.Edge;

export class ClipperUnion extends ClipperLib.Clipper {
  protected override InsertLocalMinima(minimum: ClipperLib.LocalMinimum): void {
    let before: ClipperLib.LocalMinimum | null = null;
    let after = this.m_MinimaList;
    while (after !== null && minimum.Y <= after.Y) {
      before = after;
      after = after.Next;
    }
    minimum.Next = after;
    if (before === null) this.m_MinimaList = minimum;
    else before.Next = minimum;
  }

  protected override ProcessEdgesAtTopOfScanbeam(topY: number): void {
    this.#endOrAdvance(topY);
    this.ProcessHorizontals();
    this.m_Maxima = null;
    this.#passVertices(topY);
  }

  /** Closes edges that end here and moves the others up to `topY`. */
  #endOrAdvance(topY: number): void {
    let edge = this.m_ActiveEdges;
    while (edge !== null) {
      if (this.#endsHere(edge, topY)) {
        const before: Edge | null = edge.PrevInAEL;
        this.DoMaxima(edge);
        edge = before === null ? this.m_ActiveEdges : before.NextInAEL;
        continue;
      }
      if (this.IsIntermediate(edge, topY) && edge.NextInLML !== null && isHorizontal(edge.NextInLML)) {
        edge = this.UpdateEdgeIntoAEL(edge);
        if (edge.OutIdx >= 0) this.AddOutPt(edge, edge.Bot);
        this.AddEdgeToSEL(edge);
      } else {
        edge.Curr.X = ClipperLib.Clipper.TopX(edge, topY);
        edge.Curr.Y = topY;
      }
      edge = edge.NextInAEL;
    }
  }

  /** A maximum whose other edge is not horizontal. */
  #endsHere(edge: Edge, topY: number): boolean {
    if (!this.IsMaxima(edge, topY)) return false;
    const pair = this.GetMaximaPairEx(edge);
    return pair === null || !isHorizontal(pair);
  }

  /** Goes from one edge of a path to the next and notes where it now runs along a neighbour. */
  #passVertices(topY: number): void {
    for (let edge = this.m_ActiveEdges; edge !== null; edge = edge.NextInAEL) {
      if (!this.IsIntermediate(edge, topY)) continue;
      const vertex = edge.OutIdx >= 0 ? this.AddOutPt(edge, edge.Top) : null;
      edge = this.UpdateEdgeIntoAEL(edge);
      if (vertex === null) continue;
      const neighbour = [edge.PrevInAEL, edge.NextInAEL].find(
        (other) => other !== null && this.#runsAlong(edge, other),
      );
      if (neighbour) this.AddJoin(vertex, this.AddOutPt(neighbour, edge.Bot), edge.Top);
    }
  }

  #runsAlong(edge: Edge | null, other: Edge): boolean {
    return (
      edge !== null &&
      other.Curr.X === edge.Bot.X &&
      other.Curr.Y === edge.Bot.Y &&
      other.OutIdx >= 0 &&
      other.Curr.Y > other.Top.Y &&
      edge.WindDelta !== 0 &&
      other.WindDelta !== 0 &&
      ClipperLib.ClipperBase.SlopesEqual5(edge.Curr, edge.Top, other.Curr, other.Top, this.m_UseFullRange)
    );
  }
}

function isHorizontal(edge: Edge): boolean {
  return ClipperLib.ClipperBase.IsHorizontal(edge);
}
