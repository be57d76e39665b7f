//! Dependencies that go round in a circle, each named in full.

use std::collections::{HashMap, VecDeque};

/// The circles in a graph: `edges[from]` are the nodes `from` depends on. One circle is given for
/// every knot of nodes that reach each other; it begins with the node that stands first and ends
/// with the same node. Nodes that depend on themselves alone are not looked at.
///
/// Runs in linear time and without recursion: definitions of a hundred thousand tasks exist.
pub(crate) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let knot_of = knots(edges);
    let mut found = Vec::new();
    let mut done = vec![false; edges.len()];
    for start in 0..edges.len() {
        if std::mem::replace(&mut done[knot_of[start]], true) {
            continue;
        }
        found.extend(shortest_circle(edges, &knot_of, start));
    }
    found
}

/// Tarjan's strongly connected components; gives every node the number of its component.
fn knots(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let (mut order, mut low, mut knot_of) =
        (vec![UNSEEN; count], vec![0; count], vec![UNSEEN; count]);
    let (mut seen, mut knots) = (0, 0);
    let mut open = Vec::new();
    let mut path: Vec<(usize, usize)> = Vec::new();
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        path.push((root, 0));
        while let Some(&mut (node, ref mut next)) = path.last_mut() {
            if *next == 0 {
                order[node] = seen;
                low[node] = seen;
                seen += 1;
                open.push(node);
            }
            if let Some(&target) = edges[node].get(*next) {
                *next += 1;
                if order[target] == UNSEEN {
                    path.push((target, 0));
                } else if knot_of[target] == UNSEEN {
                    low[node] = low[node].min(order[target]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == order[node] {
                while let Some(member) = open.pop() {
                    knot_of[member] = knots;
                    if member == node {
                        break;
                    }
                }
                knots += 1;
            }
        }
    }
    knot_of
}

/// The shortest way from a node back to itself within its knot, breadth first.
fn shortest_circle(edges: &[Vec<usize>], knot_of: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut came_from = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &target in &edges[node] {
            if target == start && node != start {
                let mut circle = vec![start, node];
                let mut at = node;
                while let Some(&previous) = came_from.get(&at) {
                    circle.push(previous);
                    at = previous;
                }
                circle.reverse();
                return Some(circle);
            }
            if target != start && knot_of[target] == knot_of[start] {
                came_from.entry(target).or_insert_with(|| {
                    queue.push_back(target);
                    node
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0: 1:0 2:0,1", "")]
    #[case("0:1 1:2 2:0", "0 1 2 0")]
    #[case("0:1 1:0 2:3 3:2 4:0,2", "0 1 0; 2 3 2")]
    #[case("0:0 1:2 2:1", "1 2 1")]
    #[case("0:1,2 1:2 2:3 3:0", "0 2 3 0")]
    fn circles(#[case] graph: &str, #[case] expected: &str) {
        let targets = |node: &str| {
            let (_, targets) = node.split_once(':').unwrap();
            targets
                .split(',')
                .filter(|t| !t.is_empty())
                .map(|t| t.parse().unwrap())
                .collect()
        };
        let edges: Vec<Vec<usize>> = graph.split(' ').map(targets).collect();
        let words = |circle: &Vec<usize>| {
            circle
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let found = cycles(&edges)
            .iter()
            .map(words)
            .collect::<Vec<_>>()
            .join("; ");
        assert_eq!(found, expected);
    }

    #[test]
    fn a_very_long_chain_does_not_overflow() {
        let mut edges: Vec<Vec<usize>> = (1..200_000).map(|next| vec![next]).collect();
        edges.push(vec![0]);
        assert_eq!(cycles(&edges).len(), 1);
        edges.pop();
        edges.push(Vec::new());
        assert!(cycles(&edges).is_empty());
    }
}
