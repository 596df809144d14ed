using CriSharp.Ctl.CommandLine;

using var surroundings = Surroundings.OfThisProcess();
return await CommandTree.RunAsync(args, surroundings);
