using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace CriSharp.TestSupport.Fuzzing;

/// <summary>Properties of generated values, checked by FsCheck, which makes what fails smaller. See <see cref="FuzzRun"/> for how many and for longer runs.</summary>
public static class PropertyRun
{
    private const int ValuesPerCase = 100;

    /// <param name="cases">Of a hundred values each.</param>
    /// <param name="holds">Throws where the property does not hold.</param>
    /// <returns>What was done, in words.</returns>
    public static string Each<T>(int cases, Gen<T> values, Action<T> holds) =>
        FuzzRun.Each(cases, random => Prop.ForAll(values.ToArbitrary(), holds).Check(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(ValuesPerCase).WithReplay(new Replay(new Rnd((ulong)random.NextInt64(), (ulong)random.NextInt64() | 1), FSharpOption<int>.None))))
        + $", {ValuesPerCase} values each";
}
