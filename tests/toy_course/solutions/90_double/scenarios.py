def doubled_and_argument(module, x):
    return {"result": module.double(x), "argument": x}
