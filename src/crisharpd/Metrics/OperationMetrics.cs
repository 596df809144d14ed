using CriSharp.Daemon.Hosting;
using CriSharp.Pods.Networks;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Metrics;

/// <summary>What is under way, how old the oldest is, and what is owed.</summary>
internal sealed class OperationMetrics(Operations operations, NetworkDebts debts) : IMetricSource
{
    public IEnumerable<Metric> Collect()
    {
        // A stage may hold a program's name: by verb and stage there are some dozens.
        var running = operations.List().GroupBy(operation => (operation.Name, operation.Stage)).ToList();
        return
        [
            Metric.Gauge(
                "crisharp_operations", "Operations under way by verb and stage.",
                [.. running.Select(group => new Sample(group.Count(), ("operation", group.Key.Name), ("stage", group.Key.Stage)))]),
            Metric.Gauge(
                "crisharp_operation_stage_seconds", "How long the operation that has been longest at a stage has been there.",
                [.. running.Select(group => new Sample(group.Max(one => one.StageAge.TotalSeconds), ("operation", group.Key.Name), ("stage", group.Key.Stage)))]),
            Metric.Gauge(
                "crisharp_operations_stalled", "Operations that have been under way for longer than 30 s, by verb and stage; the log names them.",
                [.. running.Select(group => new Sample(group.Count(one => one.Age >= SlowOperations.Slow), ("operation", group.Key.Name), ("stage", group.Key.Stage)))
                    .Where(sample => sample.Value > 0)]),
            Metric.Gauge("crisharp_network_debts", "Pods that are gone and whose detaching from the network is still owed.", new Sample(debts.Count)),
        ];
    }
}
