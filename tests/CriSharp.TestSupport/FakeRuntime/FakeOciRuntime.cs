using System.Globalization;

namespace CriSharp.TestSupport.FakeRuntime;

/// <summary>
/// An OCI runtime whose n-th call of a verb fails, hangs or is slow as a test says; see the head of fake-runtime.sh. Without a real
/// runtime behind it, containers are processes of the host. Dispose removes its folder, not the containers that a test left.
/// </summary>
public sealed class FakeOciRuntime : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fake-runtime-").FullName;

    /// <param name="realRuntime">Absolute path of the runtime that does the work; null: simulated.</param>
    public FakeOciRuntime(string? realRuntime = null)
    {
        using var script = typeof(FakeOciRuntime).Assembly.GetManifestResourceStream("fake-runtime.sh")
            ?? throw new InvalidOperationException("fake-runtime.sh is not embedded");
        using (var file = new FileStream(ProgramPath, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        }))
        {
            script.CopyTo(file);
        }

        if (realRuntime is not null)
        {
            File.WriteAllText(Path.Combine(_directory, "real"), realRuntime);
        }
    }

    /// <summary>What a runtime handler names as its program.</summary>
    public string ProgramPath => Path.Combine(_directory, "fake-runtime");

    /// <summary>"VERB ID" per call so far, in order.</summary>
    public IReadOnlyList<string> Calls =>
        File.Exists(Path.Combine(_directory, "calls")) ? File.ReadAllLines(Path.Combine(_directory, "calls")) : [];

    /// <summary>The n-th call (from 1; null: every call) says these words and fails, doing nothing.</summary>
    public void Fail(string verb, int? nth, string words) => Plan(verb, nth, "fail", words);

    /// <summary>The call does its work, then says these words and fails.</summary>
    public void FailAfter(string verb, int? nth, string words) => Plan(verb, nth, "fail-after", words);

    public void Hang(string verb, int? nth) => Plan(verb, nth, "hang", "");

    public void HangAfter(string verb, int? nth) => Plan(verb, nth, "hang-after", "");

    public void Slow(string verb, int? nth, TimeSpan delay) =>
        Plan(verb, nth, "slow", delay.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>Everything works again; calls go on being counted.</summary>
    public void ClearPlan() => File.Delete(Path.Combine(_directory, "plan"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Plan(string verb, int? nth, string action, string words)
    {
        if (words.Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("words are one line", nameof(words));
        }

        var call = nth?.ToString(CultureInfo.InvariantCulture) ?? "*";
        File.AppendAllText(Path.Combine(_directory, "plan"), $"{verb} {call} {action} {words}\n");
    }
}
