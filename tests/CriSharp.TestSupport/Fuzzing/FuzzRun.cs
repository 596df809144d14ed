using System.Diagnostics;
using System.Globalization;

namespace CriSharp.TestSupport.Fuzzing;

/// <summary>
/// Many random cases of one property, each from its own seed, which the failure names.
/// <para>By default a fixed number with fixed seeds. <c>CRISHARP_FUZZ_SECONDS=600</c> goes on that long in each such test, with seeds that were never tried;
/// <c>CRISHARP_FUZZ_SEED=N</c> tries that one alone.</para>
/// </summary>
public static class FuzzRun
{
    /// <summary>Null: a fixed number of cases.</summary>
    public static TimeSpan? LongRun { get; } =
        Environment.GetEnvironmentVariable("CRISHARP_FUZZ_SECONDS") is { Length: > 0 } text ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) : null;

    private static int? OnlySeed { get; } =
        Environment.GetEnvironmentVariable("CRISHARP_FUZZ_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <param name="cases">How many when nothing else is asked for: their seeds are 1, 2, 3, ...</param>
    /// <returns>What was done, in words.</returns>
    public static async Task<string> EachAsync(int cases, Func<Random, Task> attempt)
    {
        var clock = Stopwatch.StartNew();
        var done = 0;
        foreach (var seed in Seeds(cases, clock))
        {
            try
            {
                await attempt(new Random(seed));
            }
            catch (Exception failure)
            {
                throw Named(failure, seed);
            }

            done++;
        }

        return Words(done, clock);
    }

    /// <inheritdoc cref="EachAsync"/>
    public static string Each(int cases, Action<Random> attempt)
    {
        var clock = Stopwatch.StartNew();
        var done = 0;
        foreach (var seed in Seeds(cases, clock))
        {
            try
            {
                attempt(new Random(seed));
            }
            catch (Exception failure)
            {
                throw Named(failure, seed);
            }

            done++;
        }

        return Words(done, clock);
    }

    private static InvalidOperationException Named(Exception failure, int seed) => new($"seed {seed}: {failure.Message}", failure);

    private static string Words(int done, Stopwatch clock) => $"{done} cases in {clock.Elapsed.TotalSeconds:f1} s, {done / clock.Elapsed.TotalSeconds:f0} per second";

    private static IEnumerable<int> Seeds(int cases, Stopwatch clock)
    {
        if (OnlySeed is { } only)
        {
            return [only];
        }

        var first = Environment.TickCount & 0x3fffffff;
        return LongRun is { } limit
            ? Enumerable.Range(first, int.MaxValue - first).TakeWhile(_ => clock.Elapsed < limit)
            : Enumerable.Range(1, cases);
    }
}
