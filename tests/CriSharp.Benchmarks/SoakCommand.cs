using System.CommandLine;
using CriSharp.TestSupport.Churn;

namespace CriSharp.Benchmarks;

/// <summary>
/// Many pods come and go, first without and then with ends of the daemon: its descriptors, threads and private memory are listed, and whatever
/// was answered wrongly or left behind.
/// </summary>
internal static class SoakCommand
{
    public static Command Create()
    {
        var pods = new Option<int>("--pods") { Description = "Pods from their making to their removal, in each of the two halves", DefaultValueFactory = _ => 1000 };
        var parallel = new Option<int>("--parallel") { Description = "Pods at the same time", DefaultValueFactory = _ => 20 };
        var restarts = new Option<int>("--restarts") { Description = "Ends of the daemon in the second half, every other one by kill -9", DefaultValueFactory = _ => 100 };
        var minutes = new Option<int>("--minutes") { Description = "Limit of each half", DefaultValueFactory = _ => 30 };
        var command = new Command("soak", "Churn of pods, commands and pulls while the daemon is ended and started again") { pods, parallel, restarts, minutes };
        command.SetAction(async (arguments, _) =>
        {
            var plan = new ChurnOptions
            {
                Pods = arguments.GetValue(pods),
                Parallel = arguments.GetValue(parallel),
                Limit = TimeSpan.FromMinutes(arguments.GetValue(minutes)),
            };
            var calm = await RunAsync("without restarts", plan);
            var rough = await RunAsync("with restarts", plan with { Restarts = arguments.GetValue(restarts) });
            return calm && rough ? 0 : 1;
        });
        return command;
    }

    private static async Task<bool> RunAsync(string title, ChurnOptions plan)
    {
        await Console.Error.WriteLineAsync($"churning {plan.Pods} pods {title} ...");
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var (report, left) = await ChurnRun.RunAsync(plan);
        Console.WriteLine($"== {title}, {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        foreach (var line in report.Lines().Concat(left.Select(line => $"LEFT: {line}")))
        {
            Console.WriteLine(line);
        }

        return report.Wrong.IsEmpty && left.Count == 0;
    }
}
