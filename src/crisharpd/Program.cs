using CriSharp.Daemon.CommandLine;

return await CommandTree.RunAsync(args);
