using CriSharp.Linux.Processes;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// For tests alone: an operation fails, hangs or dies with the daemon at a stage, as a file says that an environment variable names.
/// Its lines are OPERATION|STAGE|ACTION; actions are fail, hang (until the line is gone) and kill. FILE.reached gets each stage entered.
/// </summary>
internal sealed class FailPoints(string file)
{
    public const string Variable = "CRISHARP_FAIL_POINTS";
    private static readonly TimeSpan HangPause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();

    /// <returns>Null in every daemon but a test's.</returns>
    public static Action<Operation>? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? new FailPoints(file).Reach : null;

    private void Reach(Operation operation)
    {
        var (name, stage) = (operation.Name, operation.Stage);
        lock (_gate)
        {
            File.AppendAllText(file + ".reached", $"{name}|{stage}\n");
        }

        switch (ActionAt(name, stage))
        {
            case "fail":
                throw new RuntimeException(ErrorKind.Internal, $"a fail point of {name} at \"{stage}\"");
            case "kill":
                using (var self = PidHandle.Open(Environment.ProcessId))
                {
                    self.Signal(Signals.SIGKILL);
                }

                break;
            case "hang":
                while (ActionAt(name, stage) == "hang")
                {
                    Thread.Sleep(HangPause);
                }

                break;
        }
    }

    private string? ActionAt(string name, string stage) =>
        File.Exists(file) ? File.ReadLines(file).Select(line => line.Split('|')).LastOrDefault(line => line is [var n, var s, _] && n == name && s == stage)?[2] : null;
}
